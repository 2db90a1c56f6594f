/** Whether a key press sends: Enter alone, but not the one that ends an input method's composition. */
export function sends(event: {
  key: string;
  shiftKey: boolean;
  isComposing: boolean;
  keyCode: number;
}): boolean {
  // NOTE: Safari ends the composition before the key; 229 is how it tells that key apart.
  const composing = event.isComposing || event.keyCode === 229;
  return event.key === 'Enter' && !event.shiftKey && !composing;
}
