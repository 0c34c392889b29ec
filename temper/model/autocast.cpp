#include "temper/model/autocast.h"

#include <ATen/autocast_mode.h>

namespace temper::model {

Autocast::Autocast(at::ScalarType format, at::DeviceType device) : device_(device) {
  at::autocast::set_autocast_enabled(device_, true);
  at::autocast::set_autocast_dtype(device_, format);
  at::autocast::increment_nesting();
}

Autocast::~Autocast() {
  if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
  at::autocast::set_autocast_enabled(device_, false);
}

}  // namespace temper::model
