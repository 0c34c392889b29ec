"use strict";
addFrame(() => {}, {
  originals: "Originals", operations: "Operations", chain: "All operations", epochs: "Epochs",
  mixing: "Mixed", unlabelled: "Without a label",
});
