/** Less is better of losses and errors, more of all else. */
export function goalOf(metric: string): 'minimize' | 'maximize' {
  return /^(val_)?(loss|mse|logLoss|expectedCalibrationError)$/.test(metric)
    ? 'minimize'
    : 'maximize';
}
