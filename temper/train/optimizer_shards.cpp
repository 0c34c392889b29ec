#include "temper/train/optimizer_shards.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <numeric>
#include <string_view>
#include <utility>

#include "temper/core/error.h"
#include "temper/optim/lookahead.h"
#include "temper/train/data_parallel.h"
#include "temper/train/state.h"

namespace temper::train {
namespace {

constexpr std::int64_t kRoundBytes = distributed::kOwnedBytes;
constexpr std::int64_t kNobody = -1;

/// The parameters' names, shapes and types.
std::vector<optim::Target> without_memory(std::span<const optim::Target> targets) {
  std::vector<optim::Target> blank(targets.begin(), targets.end());
  for (auto& target : blank) {
    target.value = at::empty(target.value.sizes(),
                             at::TensorOptions(target.value.scalar_type()).device(at::kMeta));
    target.copy.reset();
  }
  return blank;
}

std::vector<std::int64_t> sizes_of(std::span<const optim::Target> targets) {
  std::vector<std::int64_t> sizes;
  for (const auto& target : targets) sizes.push_back(target.value.numel());
  return sizes;
}

bool is_trained(const optim::Target& target) {
  return !target.frozen && target.value.requires_grad();
}

/// Those of the parameters that are trained.
struct Trained {
  std::vector<at::Tensor> values;
  std::vector<std::int64_t> owners;
};

Trained trained(std::span<const optim::Target> targets, std::span<const std::int64_t> owners) {
  Trained found;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    if (!is_trained(targets[i])) continue;
    found.values.push_back(targets[i].value);
    found.owners.push_back(owners[i]);
  }
  return found;
}

/// Row-major, one dimension.
at::Tensor bytes_of(const at::Tensor& tensor) {
  return tensor.detach().to(at::kCPU).contiguous().view({-1}).view(at::kByte);
}

/// A row for each byte, as Group::exchange() has them.
at::Tensor rows_of(const std::vector<at::Tensor>& parts) {
  if (parts.empty()) return at::empty({0, 1}, at::kByte);
  return at::cat(parts).view({-1, 1});
}

/// @param rows  of bytes
/// @param like  has the shape and the type
at::Tensor tensor_of(const at::Tensor& rows, const at::Tensor& like) {
  auto tensor = at::empty(like.sizes(), at::TensorOptions(like.scalar_type()));
  if (tensor.nbytes() > 0)
    std::memcpy(tensor.mutable_data_ptr(), rows.const_data_ptr(), tensor.nbytes());
  return tensor;
}

[[noreturn]] void throw_other_parameters() {
  throw Error(Code::internal, "the optimizer's state belongs to other parameters");
}

}  // namespace

optim::State start_optimizer(const optim::Optimizer& optimizer, bool slow_weights,
                             std::span<const optim::Target> targets) {
  auto state = optim::start(optimizer, targets);
  if (slow_weights) optim::add_slow_weights(state, targets);
  return state;
}

OptimizerShards::OptimizerShards(const recipe::Recipe& recipe,
                                 std::span<const optim::Target> targets, std::int64_t ranks,
                                 std::int64_t rank)
    : ranks_(ranks),
      rank_(rank),
      optimizer_(recipe.optimizer),
      slow_weights_(recipe.lookahead.has_value()),
      owners_(distributed::owners_of(sizes_of(targets), ranks)) {
  const at::NoGradGuard guard;
  const auto blank = without_memory(targets);
  layout_ = start(blank).tensors;
  find_parts(blank);
}

/// A rank's part is the state of an optimizer of its parameters alone: its tensors are found in the
/// whole state by their names.
void OptimizerShards::find_parts(std::span<const optim::Target> blank) {
  std::map<std::string_view, std::size_t> index;
  for (std::size_t i = 0; i < layout_.size(); ++i) index.emplace(layout_[i].first, i);
  parts_.resize(static_cast<std::size_t>(ranks_));
  sources_.assign(layout_.size(), kNobody);
  std::vector<std::vector<optim::Target>> targets(parts_.size());
  for (std::size_t i = 0; i < blank.size(); ++i)
    targets[static_cast<std::size_t>(owners_[i])].push_back(blank[i]);
  for (std::size_t rank = 0; rank < parts_.size(); ++rank) {
    auto& part = parts_[rank];
    const auto state = start(targets[rank]);
    for (const auto& [name, tensor] : state.tensors) {
      const auto found = index.find(name);
      const bool follows = found != index.end() && (part.empty() || part.back() < found->second);
      if (!follows) throw_other_parameters();
      part.push_back(found->second);
      auto& source = sources_[found->second];
      if (source == kNobody) source = static_cast<std::int64_t>(rank);
    }
  }
  if (std::ranges::find(sources_, kNobody) != sources_.end()) throw_other_parameters();
}

const std::vector<std::size_t>& OptimizerShards::indices(std::int64_t rank) const {
  return parts_[static_cast<std::size_t>(rank)];
}

std::int64_t OptimizerShards::bytes(std::size_t tensor) const {
  return static_cast<std::int64_t>(layout_[tensor].second.nbytes());
}

std::vector<optim::Target> OptimizerShards::own(std::span<const optim::Target> targets) const {
  if (targets.size() != owners_.size()) throw_other_parameters();
  std::vector<optim::Target> found;
  for (std::size_t i = 0; i < targets.size(); ++i)
    if (owners_[i] == rank_) found.push_back(targets[i]);
  return found;
}

std::uint64_t OptimizerShards::most_bytes() const {
  std::int64_t most = 0;
  for (const auto& part : parts_) {
    std::int64_t sum = 0;
    for (const auto tensor : part) sum += bytes(tensor);
    most = std::max(most, sum);
  }
  return static_cast<std::uint64_t>(most);
}

optim::State OptimizerShards::start(std::span<const optim::Target> targets) const {
  return start_optimizer(optimizer_, slow_weights_, targets);
}

optim::State OptimizerShards::part_of(const optim::State& whole) const {
  if (whole.tensors.size() != layout_.size()) throw_other_parameters();
  optim::State found{.step = whole.step, .tensors = {}};
  for (const auto tensor : indices(rank_)) found.tensors.push_back(whole.tensors[tensor]);
  return found;
}

std::vector<OptimizerShards::Round> OptimizerShards::rounds() const {
  std::vector<Round> found;
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < layout_.size(); ++i) {
    if (found.empty() || sum + bytes(i) > kRoundBytes) {
      found.push_back({.first = i, .last = i});
      sum = 0;
    }
    ++found.back().last;
    sum += bytes(i);
  }
  return found;
}

void OptimizerShards::scatter(const optim::State& whole, const optim::State& part,
                              distributed::Group& group) const {
  const at::NoGradGuard guard;
  const auto leads = group.leads();
  if (leads && whole.tensors.size() != layout_.size()) throw_other_parameters();
  if (part.tensors.size() != indices(rank_).size()) throw_other_parameters();
  std::size_t done = 0;  // of this rank's part
  std::vector<std::size_t> next(parts_.size(), 0);
  for (const auto& round : rounds()) {
    std::vector<at::Tensor> sent;
    std::vector<std::int64_t> sizes(parts_.size(), 0);
    std::vector<std::int64_t> received(parts_.size(), 0);
    for (std::size_t rank = 0; rank < parts_.size(); ++rank) {
      auto& place = next[rank];
      for (; place < parts_[rank].size() && parts_[rank][place] < round.last; ++place) {
        const auto tensor = parts_[rank][place];
        if (static_cast<std::int64_t>(rank) == rank_) received.front() += bytes(tensor);
        if (!leads) continue;
        sent.push_back(bytes_of(whole.tensors[tensor].second));
        sizes[rank] += bytes(tensor);
      }
    }
    const auto rows = group.exchange(rows_of(sent), std::move(sizes), std::move(received));
    std::int64_t offset = 0;
    for (; done < next[static_cast<std::size_t>(rank_)]; ++done) {
      const auto tensor = indices(rank_)[done];
      part.tensors[done].second.copy_(
          tensor_of(rows.narrow(0, offset, bytes(tensor)), layout_[tensor].second));
      offset += bytes(tensor);
    }
  }
}

void OptimizerShards::gather(const optim::State& part, distributed::Group& group,
                             const TensorSink& take) const {
  const at::NoGradGuard guard;
  if (part.tensors.size() != indices(rank_).size()) throw_other_parameters();
  std::size_t done = 0;  // of this rank's part
  for (const auto& round : rounds()) {
    std::vector<at::Tensor> sent;
    std::vector<std::int64_t> sizes(parts_.size(), 0);
    std::vector<std::int64_t> received(parts_.size(), 0);
    for (; done < indices(rank_).size() && indices(rank_)[done] < round.last; ++done) {
      const auto tensor = indices(rank_)[done];
      if (sources_[tensor] != rank_) continue;
      sent.push_back(bytes_of(part.tensors[done].second));
      sizes.front() += bytes(tensor);
    }
    if (group.leads())
      for (auto tensor = round.first; tensor < round.last; ++tensor)
        received[static_cast<std::size_t>(sources_[tensor])] += bytes(tensor);
    std::vector<std::int64_t> offsets(parts_.size(), 0);
    std::exclusive_scan(received.begin(), received.end(), offsets.begin(), std::int64_t{0});
    const auto rows = group.exchange(rows_of(sent), std::move(sizes), std::move(received));
    if (!group.leads()) continue;
    for (auto tensor = round.first; tensor < round.last; ++tensor) {
      auto& offset = offsets[static_cast<std::size_t>(sources_[tensor])];
      take(tensor_of(rows.narrow(0, offset, bytes(tensor)), layout_[tensor].second));
      offset += bytes(tensor);
    }
  }
}

void OptimizerShards::share(std::span<const optim::Target> targets,
                            distributed::Group& group) const {
  const auto found = trained(targets, owners_);
  distributed::broadcast_owned(group, found.values, found.owners);
}

std::vector<distributed::OwnedMessage> OptimizerShards::messages(
    std::span<const optim::Target> targets) const {
  const auto found = trained(targets, owners_);
  return distributed::plan_owned(found.values, found.owners);
}

optim::State divide_optimizer(State& state) {
  auto before = state.optimizer;
  if (state.shards || !state.ranks || !state.ranks->shards()) return before;
  state.shards = state.ranks->shards();
  state.optimizer = state.shards->part_of(before);
  return before;
}

void undivide_optimizer(State& state) {
  const auto shards = std::exchange(state.shards, nullptr);
  if (!shards) return;
  state.optimizer = {};  // its memory, before there is that of the whole
  state.optimizer = shards->start(state.targets);
}

std::vector<optim::Target> updated_targets(const State& state) {
  return state.shards ? state.shards->own(state.targets) : state.targets;
}

void share_owned(const State& state, std::span<const Named> values) {
  if (!state.shards) return;
  std::vector<at::Tensor> tensors;
  for (const auto& [name, value] : values) tensors.push_back(value);
  distributed::broadcast_owned(state.ranks->group(), tensors,
                               std::span(state.shards->owners()).first(tensors.size()));
}

}  // namespace temper::train
