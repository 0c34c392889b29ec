#include "temper/model/saved_buffers.h"

#include <ATen/core/grad_mode.h>

namespace temper::model {

SavedBuffers::SavedBuffers(const Network& network) : network_(network) {
  for (const auto& buffer : network.buffers()) values_.push_back(buffer.value.detach().clone());
}

void SavedBuffers::restore() const {
  const at::NoGradGuard guard;
  for (std::size_t i = 0; i < values_.size(); ++i) network_.buffers()[i].value.copy_(values_[i]);
}

}  // namespace temper::model
