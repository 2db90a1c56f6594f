import type { Door } from '../request.ts';
import { embeddingsDoor } from './embeddings.ts';
import { imagesDoor } from './images.ts';
import { rerankDoor } from './rerank.ts';
import { speechDoor } from './speech.ts';
import { transcriptionDoor, translationDoor } from './transcription.ts';

/** What is forwarded and never translated, by its path below /v1. */
export const OPERATION_DOORS: Readonly<Record<string, Door>> = {
  '/embeddings': embeddingsDoor,
  '/images/generations': imagesDoor,
  '/audio/speech': speechDoor,
  '/audio/transcriptions': transcriptionDoor,
  '/audio/translations': translationDoor,
  '/rerank': rerankDoor,
};
