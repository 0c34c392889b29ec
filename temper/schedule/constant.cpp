#include "temper/schedule/constant.h"

namespace temper::schedule {

double at(const Constant& curve, const Clock&) {
  return curve.value;
}

}  // namespace temper::schedule
