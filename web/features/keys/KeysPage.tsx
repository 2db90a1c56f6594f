import { useTranslation } from 'react-i18next';
import { PageHeader } from '../../ui/PageHeader.tsx';

export function KeysPage() {
  const { t } = useTranslation('keys');
  return <PageHeader title={t('title')} />;
}
