#pragma once
#include <cstddef>
#include <span>
#include <string_view>

#include "temper/core/random.h"

namespace temper::augment {

/// Draws one of `count` operations.
/// @param weights  what the probabilities are proportional to, one for each operation; empty: all
///                 are equally likely
/// @param taken    operations that are not to be drawn, at most count - 1
std::size_t draw_one(std::size_t count, std::span<const double> weights,
                     std::span<const std::size_t> taken, Random& random);

/// Throws Error{Code::usage} unless there are no weights or one for each operation, at least 0 and
/// `drawn` of them above 0.
/// @param kind   of the operation that has these weights, for messages
/// @param drawn  different operations that are drawn, at least 1
void check_weights(std::string_view kind, std::span<const double> weights, std::size_t operations,
                   std::size_t drawn);

}  // namespace temper::augment
