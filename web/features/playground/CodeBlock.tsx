import { Children, isValidElement, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { CopyAction } from './IconAction.tsx';
import classes from './markdown.module.css';

/** The words in rendered nodes, without their colours. */
function textOf(node: ReactNode): string {
  if (typeof node === 'string' || typeof node === 'number') return String(node);
  if (Array.isArray(node)) return node.map(textOf).join('');
  return isValidElement<{ children?: ReactNode }>(node) ? textOf(node.props.children) : '';
}

function languageOf(children: ReactNode): string | null {
  const code = Children.toArray(children).find((child) => isValidElement(child));
  if (!isValidElement<{ className?: string }>(code)) return null;
  return /language-([\w+#.-]+)/.exec(code.props.className ?? '')?.[1] ?? null;
}

/** A block of code with its language and a copy button. */
export function CodeBlock({ children }: { children?: ReactNode }) {
  const { t } = useTranslation('playground');
  return (
    <div className={classes.code}>
      <div className={classes.codeHead}>
        <span>{languageOf(children) ?? t('code.plain')}</span>
        <CopyAction label={t('code.copy')} text={textOf(children).replace(/\n$/, '')} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard. */}
      <pre tabIndex={0}>{children}</pre>
    </div>
  );
}
