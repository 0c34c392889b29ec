#include "temper/distributed/owned.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/as_strided.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <deque>
#include <numeric>
#include <tuple>
#include <utility>

namespace temper::distributed {
namespace {

/// A message, with the number of messages of the same owner before it.
struct Turn {
  std::size_t round = 0;
  OwnedMessage message = {};
};

/// The part of a message's buffer that has a tensor's sizes and order of elements.
at::Tensor part_of(const at::Tensor& flat, std::int64_t offset, const at::Tensor& tensor) {
  const auto part = flat.narrow(0, offset, tensor.numel());
  return tensor.is_non_overlapping_and_dense() ? part.as_strided(tensor.sizes(), tensor.strides())
                                               : part.view(tensor.sizes());
}

void pack(const OwnedMessage& message, std::span<const at::Tensor> tensors,
          const at::Tensor& flat) {
  std::int64_t offset = 0;
  for (const auto index : message.tensors) {
    part_of(flat, offset, tensors[index]).copy_(tensors[index]);
    offset += tensors[index].numel();
  }
}

void unpack(const OwnedMessage& message, std::span<const at::Tensor> tensors,
            const at::Tensor& flat) {
  std::int64_t offset = 0;
  for (const auto index : message.tensors) {
    tensors[index].copy_(part_of(flat, offset, tensors[index]));
    offset += tensors[index].numel();
  }
}

/// A message on its way.
struct Sent {
  const OwnedMessage* message = nullptr;
  at::Tensor flat = {};
  Group::Pending pending = {};
};

}  // namespace

std::vector<std::int64_t> owners_of(std::span<const std::int64_t> sizes, std::int64_t ranks) {
  std::vector<std::size_t> order(sizes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(
      order, [&](std::size_t left, std::size_t right) { return sizes[left] > sizes[right]; });
  std::vector<std::int64_t> loads(static_cast<std::size_t>(ranks), 0);
  std::vector<std::int64_t> owners(sizes.size(), 0);
  for (const auto index : order) {
    const auto least = std::ranges::min_element(loads);
    *least += sizes[index];
    owners[index] = least - loads.begin();
  }
  return owners;
}

std::vector<OwnedMessage> plan_owned(std::span<const at::Tensor> tensors,
                                     std::span<const std::int64_t> owners, std::int64_t most) {
  std::vector<Turn> turns;
  const auto last_of = [&](std::int64_t owner) {
    const auto found = std::find_if(turns.rbegin(), turns.rend(), [owner](const Turn& turn) {
      return turn.message.owner == owner;
    });
    return found == turns.rend() ? nullptr : &*found;
  };
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const auto bytes = static_cast<std::int64_t>(tensors[i].nbytes());
    auto* turn = last_of(owners[i]);
    if (turn == nullptr || turn->message.format != tensors[i].scalar_type() ||
        turn->message.bytes + bytes > most) {
      const auto round = turn == nullptr ? 0 : turn->round + 1;
      turn = &turns.emplace_back(Turn{
          .round = round, .message = {.owner = owners[i], .format = tensors[i].scalar_type()}});
    }
    turn->message.tensors.push_back(i);
    turn->message.values += tensors[i].numel();
    turn->message.bytes += bytes;
  }
  std::ranges::sort(turns, [](const Turn& left, const Turn& right) {
    return std::tie(left.round, left.message.owner) < std::tie(right.round, right.message.owner);
  });
  std::vector<OwnedMessage> messages;
  for (auto& turn : turns) messages.push_back(std::move(turn.message));
  return messages;
}

void broadcast_owned(Group& group, std::span<const at::Tensor> tensors,
                     std::span<const std::int64_t> owners, std::int64_t most) {
  const at::NoGradGuard guard;
  const auto messages = plan_owned(tensors, owners, most);
  std::deque<Sent> under_way;
  const auto receive = [&] {
    auto& first = under_way.front();
    first.pending.wait();
    if (first.message->owner != group.rank()) unpack(*first.message, tensors, first.flat);
    under_way.pop_front();
  };
  for (const auto& message : messages) {
    if (under_way.size() == kOwnedAtOnce) receive();
    Sent sent{.message = &message,
              .flat = at::empty({message.values}, tensors[message.tensors.front()].options())};
    if (message.owner == group.rank()) pack(message, tensors, sent.flat);
    sent.pending = group.broadcast_later(sent.flat, message.owner);
    under_way.push_back(std::move(sent));
  }
  while (!under_way.empty()) receive();
}

}  // namespace temper::distributed
