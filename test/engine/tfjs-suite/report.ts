/** What came of TensorFlow.js' own specs. */
export interface SuiteReport {
  /** Specs of the suite, those that tfjs-node itself leaves out included. */
  total: number;
  left: number;
  passed: number;
  failed: { name: string; message: string }[];
  /** Specs that the suite itself marks as pending. */
  pending: string[];
}
