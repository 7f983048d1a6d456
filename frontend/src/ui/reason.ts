/** What a person said or a worker reported, out of the sentence that Conductor's clients expect around it. */
export function said(reason: string): string {
  const found = /(?:failed with status: \w+ and reason: '(.*)'|terminated with reason: (.*))$/s.exec(reason);
  const inner = found?.[1] ?? found?.[2];
  return inner && inner !== reason ? said(inner) : reason;
}
