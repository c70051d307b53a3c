/** `21605002` is `21,605,002`; `toLocaleString` takes 20 ms to load its tables. */
export function showCount(number: number): string {
  return String(number).replace(/\B(?<!\.\d*)(?=(\d{3})+(?!\d))/g, ',');
}
