import { useTranslation } from 'react-i18next';
import { PageHeader } from '../../ui/PageHeader.tsx';

export function InvitePage() {
  const { t } = useTranslation('sessions');
  return <PageHeader title={t('title')} />;
}
