#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "temper/augment/pipeline/operation.h"
#include "temper/augment/pixels/applied.h"
#include "temper/augment/pixels/frame.h"
#include "temper/core/draw.h"
#include "temper/core/random.h"

namespace temper::augment {

/// The use of an image that random draws are for.
struct Address {
  std::uint64_t seed = 0;
  std::uint64_t epoch = 0;
  std::uint64_t sample = 0;
  std::uint64_t repeat = 0;  ///< distinguishes several uses of an image in one epoch
  std::uint64_t view = 0;    ///< distinguishes several views in one use
};

/// The kind of an operation; of a custom one its name.
std::string_view operation_name(const Operation& operation);

/// What one operation did to one image.
struct Trace {
  std::string operation;         ///< its kind; for a custom operation its name
  std::vector<Draw> draws;       ///< in order
  std::vector<Applied> applied;  ///< what it did, in physical units
  std::vector<Trace> nested;     ///< the operations that it applied
  Geometry after;                ///< the geometry after the operation
};

/// Applies lists of operations to an image. Each operation draws from a generator of its own,
/// Random(seed, Purpose::augment, {epoch, sample, repeat, view, coordinate("flip.0")}), where
/// "flip" is its kind (for a custom operation its name) and 0 the number of earlier operations of
/// that kind in its list. So operations of another kind may be added, removed or moved without
/// changing its draws. In a nested list the address of the operation that holds it comes first:
/// "random_apply.0.flip.0"; where it is applied a second time to the same image,
/// "some_of.0.flip.0@1". For an operation that depends on the epoch the epoch in the address is 0.
class Applier {
 public:
  /// @param frame   has begun the image
  /// @param traces  if not null, what each operation does is appended
  Applier(const Address& address, Frame& frame, std::vector<Trace>* traces = nullptr)
      : address_(address), frame_(frame), traces_(traces) {}

  /// Applies the operations in their order.
  void operator()(std::span<const Operation> operations) const;
  /// Applies only that operation of the list.
  /// @param times  how often it has been applied to the image before
  void one(std::span<const Operation> operations, std::size_t index, std::uint64_t times = 0) const;

  /// Applies one operation alone, with its address in the whole list.
  /// @param place  its index; of one in a nested list first the indices of those that hold it
  void only(std::span<const Operation> operations, std::span<const std::size_t> place) const;

 private:
  [[nodiscard]] std::uint64_t path_of(std::span<const Operation> operations, std::size_t k) const;
  void apply_one(const Operation& operation, std::uint64_t path) const;

  Address address_;
  Frame& frame_;
  std::vector<Trace>* traces_;
  std::uint64_t path_ = coordinate("");  ///< of what holds the lists: "", "random_apply.0."
};

}  // namespace temper::augment
