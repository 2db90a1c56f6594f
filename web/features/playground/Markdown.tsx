import { Anchor } from '@mantine/core';
import { memo, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import ReactMarkdown, { type Components } from 'react-markdown';
import rehypeHighlight from 'rehype-highlight';
import remarkGfm from 'remark-gfm';
import { CodeBlock } from './CodeBlock.tsx';
import classes from './markdown.module.css';

/** A link to somewhere else: it learns nothing about this page. An unsafe address was emptied before. */
function Away({ href, children }: { href?: string | undefined; children?: ReactNode }) {
  if (!href) return <span>{children}</span>;
  return (
    <Anchor inherit href={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </Anchor>
  );
}

/** What a model shows as an image is only named: loading it would tell its host who reads this. */
function ImageLink({ src, alt }: { src?: string | Blob | undefined; alt?: string | undefined }) {
  const { t } = useTranslation('playground');
  const href = typeof src === 'string' ? src : undefined;
  return <Away href={href}>{t('image', { alt: alt || href || '' })}</Away>;
}

const COMPONENTS: Components = {
  a: ({ href, children }) => <Away href={href}>{children}</Away>,
  img: ({ src, alt }) => <ImageLink src={src} alt={alt} />,
  pre: ({ children }) => <CodeBlock>{children}</CodeBlock>,
  table: ({ children }) => (
    <div className={classes.table}>
      <table>{children}</table>
    </div>
  ),
};

/** A model's markdown: no raw HTML, no foreign image, code in colours. */
export const Markdown = memo(function Markdown({ text }: { text: string }) {
  return (
    <div className={classes.markdown}>
      <ReactMarkdown
        remarkPlugins={[remarkGfm]}
        rehypePlugins={[rehypeHighlight]}
        components={COMPONENTS}
      >
        {text}
      </ReactMarkdown>
    </div>
  );
});
