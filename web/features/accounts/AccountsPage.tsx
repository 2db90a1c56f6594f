import { useTranslation } from 'react-i18next';
import { PageHeader } from '../../ui/PageHeader.tsx';

export function AccountsPage() {
  const { t } = useTranslation('accounts');
  return <PageHeader title={t('title')} />;
}
