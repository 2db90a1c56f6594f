/** The product's mark: an arch with its gate ajar. Takes the text colour. `size` in px. */
export function Mark({ size = 24 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" fill="currentColor" aria-hidden="true">
      <path d="M4 28V14.4C4 7.9 9.4 3 16 3s12 4.9 12 11.4V28h-4.6V14.8c0-4-3.3-7.2-7.4-7.2s-7.4 3.2-7.4 7.2V28z" />
      <rect x="14.2" y="14" width="3.6" height="14" rx="1.8" />
    </svg>
  );
}
