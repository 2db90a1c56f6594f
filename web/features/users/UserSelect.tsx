import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { trpc } from '../../lib/trpc.ts';
import { FoundSelect, useTyped } from '../../ui/FoundSelect.tsx';

type UserSelectProps = {
  label: string;
  placeholder: string;
  /** Id of the chosen person. */
  value: string | undefined;
  onChange: (id: string | undefined) => void;
};

const toChoice = ({ id, username }: { id: string; username: string }) => ({
  value: id,
  label: username,
});

/** Chooses one of thousands of people: the server looks for what is typed. */
export function UserSelect(props: UserSelectProps) {
  const { value } = props;
  const [search, onType] = useTyped();
  const found = useQuery(
    trpc.users.names.queryOptions({ search }, { placeholderData: keepPreviousData }),
  );
  const chosen = useQuery(
    trpc.users.names.queryOptions({ ids: value ? [value] : [] }, { enabled: value !== undefined }),
  );
  return (
    <FoundSelect
      {...props}
      onType={onType}
      found={(found.data ?? []).map(toChoice)}
      chosen={(chosen.data ?? []).map(toChoice)}
    />
  );
}
