import type { AppError } from '#shared/errors.ts';
import type { Refusal } from '#shared/schemas/users-bulk.ts';

/** Why one of many people was refused, read off the error that a change of one person throws. */
export function toRefusal({ code, param }: AppError): Refusal {
  switch (code) {
    case 'not_found':
      return 'gone';
    case 'bad_request':
      return 'noRole';
    case 'conflict':
      return ofConflict(param);
    default:
      if (param === undefined) return 'beyond';
      return param === 'role' ? 'roleBeyond' : 'notAllowed';
  }
}

function ofConflict(param: string | undefined): Refusal {
  switch (param) {
    case 'username':
      return 'nameTaken';
    case 'email':
      return 'emailTaken';
    case 'role':
    case 'state':
      return 'self';
    default:
      return 'lastAdmin';
  }
}
