/** The results of the specs of TensorFlow.js. */
export interface SuiteReport {
  /** All specs, including the excluded ones. */
  total: number;
  /** Specs that tfjs-node excludes. */
  excluded: number;
  passed: number;
  failed: { name: string; message: string }[];
  /** Specs that the suite itself marks as pending. */
  pending: string[];
}
