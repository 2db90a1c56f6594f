import { Input, SegmentedControl, Stack, useMantineColorScheme } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { THEME_CHOICES } from '../../app/ThemeMenu.tsx';
import { chooseLanguage, LANGUAGES } from '../../i18n/index.ts';
import { LANGUAGE_NAMES } from '../../i18n/names.ts';
import { Section } from '../../ui/Section.tsx';

/** Language and theme, kept on this device. */
export function Appearance() {
  const { t, i18n } = useTranslation(['profile', 'nav']);
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Section title={t('appearance.title')} text={t('appearance.text')}>
      <Stack gap="md">
        <Input.Wrapper label={t('appearance.language')} labelElement="div">
          <SegmentedControl
            mt={4}
            fullWidth
            aria-label={t('appearance.language')}
            value={i18n.language}
            onChange={(value) => {
              const language = LANGUAGES.find((each) => each === value);
              if (language) void chooseLanguage(language);
            }}
            data={LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value] }))}
          />
        </Input.Wrapper>
        <Input.Wrapper label={t('appearance.theme')} labelElement="div">
          <SegmentedControl
            mt={4}
            fullWidth
            aria-label={t('appearance.theme')}
            value={colorScheme}
            onChange={setColorScheme}
            data={THEME_CHOICES.map(({ scheme }) => ({
              value: scheme,
              label: t(`nav:themes.${scheme}`),
            }))}
          />
        </Input.Wrapper>
      </Stack>
    </Section>
  );
}
