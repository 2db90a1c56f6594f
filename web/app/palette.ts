import type { MantineColorsTuple } from '@mantine/core';

/** The accent: a calm petrol, far from the colours of success and danger. */
export const petrol: MantineColorsTuple = [
  '#eef8fa',
  '#d8eef3',
  '#b1dee8',
  '#84cadb',
  '#55b3c9',
  '#2f9bb3',
  '#1b859d',
  '#12728a',
  '#0e5d72',
  '#0a4859',
];

/** Warm greys for light surfaces. */
export const gray: MantineColorsTuple = [
  '#faf9f7',
  '#f4f2ef',
  '#eae7e2',
  '#dedad4',
  '#c9c4bc',
  '#a8a29a',
  '#78726b',
  '#57524c',
  '#3b3733',
  '#24211f',
];

/** Near-neutral darks with a breath of the accent. */
export const dark: MantineColorsTuple = [
  '#d7dadb',
  '#b9bec0',
  '#969c9f',
  '#6b7275',
  '#41484b',
  '#31373a',
  '#25292c',
  '#1c2022',
  '#151718',
  '#0e1011',
];

/** Danger, success and caution, dark enough at shade 7 to be read as text (contrast ≥ 4.5). */
export const red: MantineColorsTuple = [
  '#fff3f2',
  '#ffe3e0',
  '#ffc9c4',
  '#ffa59d',
  '#f9786d',
  '#ec5447',
  '#d63a2d',
  '#b92b20',
  '#96231a',
  '#701b14',
];
export const teal: MantineColorsTuple = [
  '#ecf9f4',
  '#d5f0e6',
  '#abe1cf',
  '#7dd0b5',
  '#52bd9b',
  '#2fa683',
  '#1f8c6c',
  '#17735a',
  '#115b47',
  '#0b4233',
];
export const yellow: MantineColorsTuple = [
  '#fdf7e7',
  '#faecc8',
  '#f4d88f',
  '#edc251',
  '#e3ab24',
  '#c98f12',
  '#a8740c',
  '#875c0a',
  '#6b490a',
  '#4b3407',
];
