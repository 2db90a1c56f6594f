import { useTranslation } from 'react-i18next';
import { PageHeader } from '../../ui/PageHeader.tsx';

export function SignInPage() {
  const { t } = useTranslation('sessions');
  return <PageHeader title={t('title')} />;
}
