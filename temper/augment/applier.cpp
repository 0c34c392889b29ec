#include "temper/augment/applier.h"

#include <algorithm>
#include <string_view>

namespace temper::augment {
namespace {

template <class T>
std::string_view name(const T& /*options*/) {
  return T::kind;
}

std::string_view name(const Custom& options) {
  return options.name;
}

std::string_view name(const Operation& operation) {
  return std::visit([](const auto& options) { return name(options); }, operation);
}

}  // namespace

void Applier::operator()(std::span<const Operation> operations) const {
  for (std::size_t k = 0; k < operations.size(); ++k) {
    const auto kind = name(operations[k]);
    const auto earlier = std::ranges::count(operations.first(k), kind,
                                            [](const Operation& one) { return name(one); });
    apply_one(operations[k],
              coordinate(std::to_string(earlier), coordinate(".", coordinate(kind, path_))));
  }
}

void Applier::apply_one(const Operation& operation, std::uint64_t path) const {
  const auto& [seed, epoch, sample, repeat, view] = address_;
  Random random(seed, Purpose::augment, {epoch, sample, repeat, view, path});
  auto* const trace = traces_ == nullptr ? nullptr : &traces_->emplace_back();
  if (trace != nullptr) {
    trace->operation = name(operation);
    random.record(trace->draws);
  }
  Applier nested(address_, frame_, trace == nullptr ? nullptr : &trace->nested);
  nested.path_ = coordinate(".", path);
  std::visit(
      [&](const auto& options) {
        if constexpr (requires { apply(options, frame_, random, nested); })
          apply(options, frame_, random, nested);
        else
          apply(options, frame_, random);
      },
      operation);
  if (trace != nullptr) trace->after = frame_.geometry();
}

}  // namespace temper::augment
