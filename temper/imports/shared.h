#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "temper/augment/pipeline/operation.h"
#include "temper/core/fields.h"
#include "temper/imports/draft.h"
#include "temper/model/architecture.h"

/// Parts of a recipe that timm's and torchvision's trainings have in common.
namespace temper::imports {

/// The images of a step.
struct Batches {
  std::int64_t each = 1;         ///< of a process at a time
  std::int64_t processes = 1;    ///< at the same time
  std::int64_t accumulated = 1;  ///< one after the other

  /// Batches that the original's loaders make of them.
  [[nodiscard]] std::int64_t parts() const { return processes * accumulated; }

  /// Throws Error{Code::usage} for numbers below 1 and for more images than a step can have.
  [[nodiscard]] std::int64_t all() const;
};

/// Sets the batch, and micro-batches where a process has BatchNorm statistics of its own.
/// @param synchronized  BatchNorm's statistics are those of all processes
void set_batches(const Batches& batches, const model::Architecture& network, bool synchronized,
                 Draft& draft);

void set_source(std::string_view folder, Draft& draft);
void set_normalization(const std::vector<double>& mean, const std::vector<double>& std,
                       Draft& draft);
void set_head_dropout(double p, Draft& draft);

/// Stochastic depth of single images, whose rate grows over the blocks as in the published code of
/// the network.
void set_drop_path(double rate, const model::Architecture& network, Draft& draft);

/// Label smoothing as PyTorch has it.
void set_smoothing(double smoothing, Draft& draft);

/// Mixed precision in float16, which temper does not have.
void set_half_precision(const std::string& option, Draft& draft);

/// Sets the operations of training, one on a line.
void set_operations(std::vector<augment::Operation> operations, Draft& draft);

/// The place of a name among others. Throws Error{Code::usage} with the nearest if it is none.
/// @param option  as it was written, for the message
std::size_t place_of(std::string_view name, std::span<const std::string_view> names,
                     const std::string& option);

/// The member of an enum that has a name. Throws as place_of().
template <class E>
E named(std::string_view name, const std::string& option) {
  return static_cast<E>(place_of(name, EnumNames<E>::value, option));
}

/// In small letters.
std::string lower(std::string text);

/// The number of processes that a launcher starts and --processes says. Throws Error{Code::usage}
/// if they contradict each other.
std::optional<std::int64_t> agreed(std::optional<std::int64_t> launched,
                                   std::optional<std::int64_t> stated);

/// "one process", "8 processes"
std::string processes_text(std::int64_t processes);

/// A command in one text, taken apart; one in several words as it is.
std::vector<std::string> one_text(const std::vector<std::string>& command);

}  // namespace temper::imports
