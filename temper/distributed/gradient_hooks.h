#pragma once
#include <ATen/core/Tensor.h>

#include <cstddef>
#include <functional>
#include <vector>

namespace temper::distributed {

/// Says when a backward pass has added to the gradients of parameters, as long as this object
/// lives. A parameter has room for one such object.
class GradientHooks {
 public:
  /// @param parameters  leaves
  /// @param call        with the index of the parameter, in the thread of the backward pass
  GradientHooks(std::vector<at::Tensor> parameters,
                const std::function<void(std::size_t parameter)>& call);
  ~GradientHooks();
  GradientHooks(const GradientHooks&) = delete;
  GradientHooks& operator=(const GradientHooks&) = delete;
  GradientHooks(GradientHooks&&) = delete;
  GradientHooks& operator=(GradientHooks&&) = delete;

 private:
  std::vector<at::Tensor> parameters_;
};

}  // namespace temper::distributed
