#include "temper/train/copy_weights.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/zeros_like.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "temper/core/error.h"
#include "temper/train/state.h"
#include "temper/train/tensors.h"

namespace temper::train {
namespace {

constexpr std::size_t kListed = 6;  // names in a message
constexpr std::string_view kCounter = ".num_batches_tracked";

/// "missing: 3 (a, b, c)"; "" for none.
std::string listed(const char* what, const std::vector<std::string>& names) {
  if (names.empty()) return "";
  const auto shown = std::span(names).first(std::min(names.size(), kListed));
  return fmt::format("{}: {} ({}{})", what, names.size(), fmt::join(shown, ", "),
                     names.size() > kListed ? ", ..." : "");
}

bool all_finite(const at::Tensor& values) {
  return values.isfinite().all().item<bool>();
}

class Copy {
 public:
  Copy(const PretrainedWeights& weights, const model::Network& network,
       const std::vector<std::string>& outputs, model::InitialHead initial)
      : weights_(weights), targets_(train::weights(network)) {
    for (const auto& view : weights.views()) {
      found_.emplace(view.name, &view);
      unused_.insert(view.name);
    }
    if (const auto* const head = model::head_weight(network))
      compare_head(head->name, outputs, initial);
  }

  std::vector<std::string> operator()() {
    const at::NoGradGuard guard;
    for (const auto& target : targets_) plan(target);
    refuse_differences();
    for (const auto& [target, values] : copies_) target.detach().copy_(values);
    return std::move(notes_);
  }

 private:
  /// Whether the last layer of the weights is for other outputs than the network's.
  /// @param head  name of its weight, "fc.weight"
  void compare_head(const std::string& head, const std::vector<std::string>& outputs,
                    model::InitialHead initial) {
    const auto view = found_.find(head);
    if (view == found_.end() || view->second->shape.empty()) return;
    const auto theirs = view->second->shape.front();
    const auto ours = std::ssize(outputs);
    std::string why;
    if (theirs != ours)
      why = fmt::format("the weights have {} outputs, this data {}", theirs, ours);
    else if (!weights_.classes.empty() && weights_.classes != outputs)
      why = "the weights are for other classes than this data";
    const bool probed = initial == model::InitialHead::probe;
    if (why.empty() && !probed) return;
    new_head_ = head.substr(0, head.rfind('.') + 1);
    notes_.push_back(fmt::format("the last layer ({}) starts from {}{}{}",
                                 new_head_.substr(0, new_head_.size() - 1),
                                 probed ? "a linear probe" : "zero", why.empty() ? "" : ": ", why));
  }

  void plan(const Named& target) {
    const auto& [name, tensor] = target;
    unused_.erase(name);
    if (!new_head_.empty() && name.starts_with(new_head_)) {
      copies_.emplace_back(tensor, at::zeros_like(tensor));
      return;
    }
    const auto view = found_.find(name);
    if (view == found_.end()) {
      if (name.ends_with(kCounter))
        copies_.emplace_back(tensor, at::zeros_like(tensor));
      else
        missing_.push_back(name);
      return;
    }
    const auto raw = to_tensor(*view->second);
    // Buffers of whole numbers are counters, which any number may be written to.
    if (tensor.is_floating_point() && !raw.is_floating_point())
      throw Error(Code::data, {.file = weights_.file.string()},
                  fmt::format("tensor '{}' has type {}, expected {}; get the weights as "
                              "floating-point numbers",
                              name, name_of(view->second->dtype), name_of(dtype_of(tensor))));
    const auto fit = fitted(raw, tensor, name);
    if (!fit.defined()) {
      other_.push_back(fmt::format("{}: [{}] instead of [{}]", name,
                                   fmt::join(view->second->shape, ", "),
                                   fmt::join(tensor.sizes(), ", ")));
      return;
    }
    const auto values = fit.to(tensor.scalar_type());
    if (!all_finite(fit) || !all_finite(values))
      throw Error(Code::data, {.file = weights_.file.string()},
                  fmt::format("tensor '{}' of type {} has values that are not finite in {} (NaN, "
                              "infinity or beyond its range); get the weights again",
                              name, name_of(view->second->dtype), name_of(dtype_of(tensor))));
    copies_.emplace_back(tensor, values);
  }

  /// The values in the target's shape; undefined where they don't fit.
  at::Tensor fitted(const at::Tensor& values, const at::Tensor& target, const std::string& name) {
    const auto theirs = values.sizes();
    const auto ours = target.sizes();
    if (theirs == ours) return values;
    // A linear layer that timm writes as a 1x1 convolution, and the other way round.
    if (values.numel() == target.numel() && theirs.size() + ours.size() == 6 &&
        std::max(theirs.size(), ours.size()) == 4 && theirs[0] == ours[0] && theirs[1] == ours[1])
      return values.reshape(ours);
    const bool first = name == first_convolution();
    if (!first || theirs.size() != 4 || theirs[0] != ours[0] || theirs.slice(2) != ours.slice(2))
      return {};
    if (theirs[1] == 3 && ours[1] == 1) {
      notes_.push_back(fmt::format(
          "the filters of '{}' are summed over the color channels, since the images are gray",
          name));
      return values.sum(1, /*keepdim=*/true);
    }
    if (theirs[1] == 1 && ours[1] == 3) {
      notes_.push_back(fmt::format(
          "the filters of '{}' are a third of the gray ones for each color channel", name));
      return values.expand(ours).div(3);
    }
    return {};
  }

  [[nodiscard]] std::string first_convolution() const {
    const auto found = std::ranges::find_if(
        targets_, [](const Named& target) { return target.second.dim() == 4; });
    return found == targets_.end() ? "" : found->first;
  }

  void refuse_differences() const {
    std::vector<std::string> unknown;
    for (const auto& name : unused_)
      if (!name.ends_with(kCounter)) unknown.push_back(name);
    std::vector<std::string> parts;
    for (auto part : {listed("missing", missing_), listed("unknown", unknown),
                      listed("of another shape", other_)})
      if (!part.empty()) parts.push_back(std::move(part));
    if (parts.empty()) return;
    throw Error(
        Code::data, {.file = weights_.file.string()},
        fmt::format(
            "the tensors are not those of this network{}: {}; choose the network "
            "that the weights belong to",
            weights_.network.empty() ? "" : fmt::format(" (they are of {})", weights_.network),
            fmt::join(parts, "; ")));
  }

  const PretrainedWeights& weights_;
  std::vector<Named> targets_;
  std::string new_head_;  ///< "fc.": the layer that is not copied; empty: none
  std::map<std::string, const io::TensorView*, std::less<>> found_;
  std::set<std::string, std::less<>> unused_;
  std::vector<std::pair<at::Tensor, at::Tensor>> copies_;
  std::vector<std::string> missing_;
  std::vector<std::string> other_;
  std::vector<std::string> notes_;
};

}  // namespace

std::vector<std::string> copy_weights(const PretrainedWeights& weights,
                                      const model::Network& network,
                                      const std::vector<std::string>& outputs,
                                      model::InitialHead head) {
  return Copy(weights, network, outputs, head)();
}

}  // namespace temper::train
