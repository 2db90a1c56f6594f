import { useTranslation } from 'react-i18next';
import { PageHeader } from '../../ui/PageHeader.tsx';

export function PlatformsPage() {
  const { t } = useTranslation('platforms');
  return <PageHeader title={t('title')} />;
}
