#pragma once
#include "temper/statistics/paired.h"

namespace temper::statistics {

/// The p-value of equivalence, by two one-sided t tests (Schuirmann 1987, "A comparison of the two
/// one-sided tests procedure and the power approach"): the larger of the p-values against a true
/// mean difference of -margin or less and of +margin or more. It is at most alpha exactly if the t
/// interval of level 1 - 2 alpha lies within the margin. A difference that is not significant is no
/// evidence of equivalence; this is. For deviation 0: 0 where all pairs are equal, else 1.
/// @param margin  the largest difference that does not matter, in the units of the numbers; > 0.
///                Throws Error{Code::data} otherwise.
double equivalence_p(const PairedDifference& difference, double margin);

}  // namespace temper::statistics
