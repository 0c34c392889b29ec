#pragma once
#include "temper/core/fields.h"

namespace temper::mix {

/// The option that all methods have: how often the method is chosen.
template <class Method>
constexpr auto weight_field() {
  return field(&Method::weight, {.name = "weight",
                                 .meaning = "probability of this method relative to the weights of "
                                            "the others",
                                 .bounds = {.low = 0, .open_low = true},
                                 .scheduled = true});
}

}  // namespace temper::mix
