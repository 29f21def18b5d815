"""IFTrain: 29 instructions that open-instruct's IFEvalG adds to IFEval's."""
