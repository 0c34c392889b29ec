#include "temper/augment/pipeline/some_of.h"

#include <fmt/format.h>

#include <algorithm>

#include "temper/augment/pipeline/applier.h"
#include "temper/core/error.h"

namespace temper::augment {

void check_some_of(std::int64_t n, bool replace, std::span<const double> weights,
                   std::size_t operations) {
  if (n < 0 || n > SomeOf::kMostDrawn)
    throw Error(Code::usage, fmt::format("some_of draws n = {} operations; expected 0 to {}", n,
                                         SomeOf::kMostDrawn));
  const auto drawn = static_cast<std::size_t>(n);
  if (!replace && drawn > operations)
    throw Error(Code::usage,
                fmt::format("some_of draws n = {} of {} operations; expected at most {}, or "
                            "replace = true",
                            n, operations, operations));
  check_weights(SomeOf::kind, weights, operations,
                replace ? std::min<std::size_t>(drawn, 1) : drawn);
}

void apply(const SomeOf& options, Frame& /*frame*/, Random& random, const Applier& nested) {
  std::array<std::size_t, SomeOf::kMostDrawn> memory{};
  const auto drawn = std::span(memory).first(static_cast<std::size_t>(options.n));
  for (std::size_t i = 0; i < drawn.size(); ++i)
    drawn[i] = draw_one(options.operations.size(), options.weights,
                        options.replace ? std::span<const std::size_t>{} : drawn.first(i), random);
  if (options.order == DrawnOrder::listed) std::ranges::sort(drawn);
  for (std::size_t i = 0; i < drawn.size(); ++i)
    nested.one(options.operations, drawn[i],
               static_cast<std::uint64_t>(std::ranges::count(drawn.first(i), drawn[i])));
}

}  // namespace temper::augment
