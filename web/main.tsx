import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './app/global.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App.tsx';
import { startTexts } from './i18n/index.ts';
import { translateFieldMessages } from './lib/field-messages.ts';
import { keepEscape } from './lib/step-up.ts';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');

await startTexts();
translateFieldMessages();
keepEscape(window);
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
