import { useTranslation } from 'react-i18next';
import { NoModels as NothingToAsk } from '../../ui/NoModels.tsx';
import { Section } from '../../ui/Section.tsx';

/** In place of the tools while they would have no model to ask. */
export function NoModels() {
  const { t } = useTranslation('connect');
  return (
    <Section>
      <NothingToAsk title={t('noModels.title')} />
    </Section>
  );
}
