#include "temper/model/head_inputs.h"

#include <ATen/core/ivalue.h>

#include <cstdint>
#include <string_view>

#include "temper/core/error.h"

namespace temper::model {
namespace {

/// The head's weight, or its copy in a lower number format.
bool is_head(const at::Tensor& weight, const at::Tensor& head) {
  return weight.const_data_ptr() == head.const_data_ptr() ||
         (at::isReducedFloatingType(weight.scalar_type()) && weight.sizes() == head.sizes());
}

}  // namespace

at::Tensor head_of(const Network& network) {
  const auto* const head = head_weight(network);
  if (head == nullptr)
    throw Error(Code::usage,
                "penultimate activations: the network does not say which layer is its head");
  return head->value.detach();
}

HeadInputs::HeadInputs(const Network& network)
    : head_(head_of(network)),
      observer_(
          [this](std::string_view name, Observer::Values inputs) {
            if (name != "aten::linear" || inside_ || !is_head(inputs[1].toTensor(), head_))
              return std::int64_t{0};
            found_.push_back(inputs[0].toTensor());
            inside_ = true;
            return std::int64_t{1};
          },
          [this](std::int64_t, Observer::Values) { inside_ = false; }) {}

const std::vector<at::Tensor>& HeadInputs::found() const {
  if (found_.empty())
    throw Error(Code::usage, "penultimate activations: the network's head is not a linear layer");
  return found_;
}

}  // namespace temper::model
