#include "temper/augment/pipeline/applier.h"

#include <algorithm>
#include <string_view>
#include <type_traits>

#include "temper/augment/operations/epoch.h"

namespace temper::augment {
namespace {

template <class T>
std::string_view name(const T& /*options*/) {
  return T::kind;
}

std::string_view name(const Custom& options) {
  return options.name;
}

template <class Options>
concept ByEpoch = requires(const Options& options, Frame& frame, Random& random) {
  apply(options, frame, random, Epoch{});
};

/// While it exists, what the frame's operations do is recorded in that list; afterwards again where
/// it was before.
class Recording {
 public:
  Recording(Frame& frame, std::vector<Applied>* applied)
      : frame_(frame), before_(frame.record(applied)) {}
  ~Recording() { frame_.record(before_); }
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;
  Recording(Recording&&) = delete;
  Recording& operator=(Recording&&) = delete;

 private:
  Frame& frame_;
  std::vector<Applied>* before_;
};

}  // namespace

std::string_view operation_name(const Operation& operation) {
  return std::visit([](const auto& options) { return name(options); }, operation);
}

void Applier::operator()(std::span<const Operation> operations) const {
  for (std::size_t k = 0; k < operations.size(); ++k) one(operations, k);
}

void Applier::one(std::span<const Operation> operations, std::size_t index,
                  std::uint64_t times) const {
  auto path = path_of(operations, index);
  if (times > 0) path = coordinate(std::to_string(times), coordinate("@", path));
  apply_one(operations[index], path);
}

void Applier::only(std::span<const Operation> operations,
                   std::span<const std::size_t> place) const {
  const auto k = place.front();
  if (place.size() == 1) return one(operations, k);
  Applier inner(address_, frame_, traces_);
  inner.path_ = coordinate(".", path_of(operations, k));
  std::visit(
      [&](const auto& options) {
        if constexpr (requires { options.operations; })
          inner.only(options.operations, place.subspan(1));
      },
      operations[k]);
}

std::uint64_t Applier::path_of(std::span<const Operation> operations, std::size_t k) const {
  const auto kind = operation_name(operations[k]);
  const auto earlier = std::ranges::count(
      operations.first(k), kind, [](const Operation& other) { return operation_name(other); });
  return coordinate(std::to_string(earlier), coordinate(".", coordinate(kind, path_)));
}

void Applier::apply_one(const Operation& operation, std::uint64_t path) const {
  const auto& [seed, epoch, sample, repeat, view] = address_;
  const bool by_epoch =
      std::visit([]<class Options>(const Options&) { return ByEpoch<Options>; }, operation);
  Random random(seed, Purpose::augment, {by_epoch ? 0 : epoch, sample, repeat, view, path});
  auto* const trace = traces_ == nullptr ? nullptr : &traces_->emplace_back();
  if (trace != nullptr) {
    trace->operation = operation_name(operation);
    random.record(trace->draws);
  }
  const Recording recording(frame_, trace == nullptr ? nullptr : &trace->applied);
  Applier nested(address_, frame_, trace == nullptr ? nullptr : &trace->nested);
  nested.path_ = coordinate(".", path);
  std::visit(
      [&](const auto& options) {
        if constexpr (requires { apply(options, frame_, random, nested); })
          apply(options, frame_, random, nested);
        else if constexpr (ByEpoch<std::remove_cvref_t<decltype(options)>>)
          apply(options, frame_, random, Epoch{epoch});
        else
          apply(options, frame_, random);
      },
      operation);
  if (trace != nullptr) trace->after = frame_.geometry();
}

}  // namespace temper::augment
