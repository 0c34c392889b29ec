#include "temper/statistics/equivalence.h"

#include <cmath>

#include "temper/statistics/checks.h"
#include "temper/statistics/distributions.h"

namespace temper::statistics {

double equivalence_p(const PairedDifference& difference, double margin) {
  check_positive("margin", margin);
  // The test against the nearer end of the margin has the larger p-value.
  const double distance = margin - std::abs(difference.mean);
  if (!difference.has_test()) return 1;
  if (difference.standard_error == 0) return distance > 0 ? 0 : 1;
  return t_cdf(-distance / difference.standard_error, difference.df);
}

}  // namespace temper::statistics
