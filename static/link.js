// Where components of one page find each other: charts by id, so that a slider can move a curve
// without asking the server.
export const charts = new Map();
