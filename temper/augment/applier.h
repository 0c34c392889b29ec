#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "temper/augment/frame.h"
#include "temper/augment/operation.h"
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

/// What one operation did to one image.
struct Trace {
  std::string operation;      ///< its kind; for a custom operation its name
  std::vector<Draw> draws;    ///< in order
  std::vector<Trace> nested;  ///< the operations that it applied
  Geometry after;             ///< the geometry after the operation
};

/// Applies lists of operations to an image. Each operation draws from a generator of its own,
/// Random(seed, Purpose::augment, {epoch, sample, repeat, view, coordinate("flip.0")}), where
/// "flip" is its kind (for a custom operation its name) and 0 the number of earlier operations of
/// that kind in its list. So operations of another kind may be added, removed or moved without
/// changing its draws. In a nested list the address of the operation that holds it comes first:
/// "random_apply.0.flip.0".
class Applier {
 public:
  /// @param frame   has begun the image
  /// @param traces  if not null, what each operation does is appended
  Applier(const Address& address, Frame& frame, std::vector<Trace>* traces = nullptr)
      : address_(address), frame_(frame), traces_(traces) {}

  /// Applies the operations in their order.
  void operator()(std::span<const Operation> operations) const;

 private:
  void apply_one(const Operation& operation, std::uint64_t path) const;

  Address address_;
  Frame& frame_;
  std::vector<Trace>* traces_;
  std::uint64_t path_ = coordinate("");  ///< of what holds the lists: "", "random_apply.0."
};

}  // namespace temper::augment
