#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "temper/augment/frame.h"
#include "temper/augment/normalisation.h"
#include "temper/augment/operation.h"
#include "temper/core/draw.h"
#include "temper/io/image.h"
#include "temper/io/picture.h"

namespace temper::augment {

/// Whose draws: operation k of the list draws from Random(seed, Purpose::augment, {epoch, sample,
/// k}), with the repeat as a fourth coordinate where it is not 0, and the view as a fifth; so that
/// another operation in the list shifts nobody's draws.
struct Address {
  std::uint64_t seed = 0;
  std::uint64_t epoch = 0;
  std::uint64_t sample = 0;
  std::uint64_t repeat = 0;  ///< tells an image's several uses in one epoch apart
  std::uint64_t view = 0;    ///< and several views that are taken in one use
};

/// Operations [begin, end) of a list.
struct OperationRange {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// What one operation did to one image.
struct Trace {
  std::string operation;    ///< its kind; a custom operation's own name
  std::vector<Draw> draws;  ///< in order
  Geometry after;           ///< as the operation left it
};

/// From a decoded image to the network's input. Safe to use from several threads, each with a Frame
/// of its own, while nobody changes it.
class Pipeline {
 public:
  /// Throws Error{Code::usage} for options that contradict each other.
  Pipeline(std::vector<Operation> operations, const Normalisation& normalisation, Size input);

  /// Numbers of theirs may be written, as schedules do; see check().
  [[nodiscard]] std::span<Operation> operations() { return operations_; }
  [[nodiscard]] Size input() const { return input_; }
  /// At least one pixel each way.
  void set_input(Size input) { input_ = input; }
  /// Operations that the first view does without.
  void set_only_later(OperationRange range) { only_later_ = range; }
  /// Throws as the constructor does, for what was written since.
  void check() const;

  [[nodiscard]] int channels() const { return table_.channels(); }
  /// Floats of one sample.
  [[nodiscard]] std::int64_t sample_size() const {
    return input_.height * input_.width * channels();
  }

  /// @param picture  of which only what is seen is decoded
  /// @param frame    memory; what it was used for does not matter
  /// @param out      sample_size() floats, HWC: an image of a channels-last batch
  void operator()(io::Picture& picture, const Address& address, Frame& frame, float* out) const;
  void operator()(const io::Image& image, const Address& address, Frame& frame, float* out) const;

  /// What it does to that image, operation by operation. The frame ends as it is before rendering.
  [[nodiscard]] std::vector<Trace> trace(io::Picture& picture, const Address& address,
                                         Frame& frame) const;
  [[nodiscard]] std::vector<Trace> trace(const io::Image& image, const Address& address,
                                         Frame& frame) const;

 private:
  /// To what the frame has begun with.
  void apply_all(const Address& address, Frame& frame, std::vector<Trace>* traces) const;

  std::vector<Operation> operations_;
  NormalisationTable table_;
  Size input_;
  OperationRange only_later_;
};

/// What evaluation does with images of any size: the shorter side to input / 0.875, then the
/// middle. Nothing where all images have the input's size already.
std::vector<Operation> evaluation_operations(bool same_size,
                                             Interpolation interpolation = Interpolation::bilinear);

}  // namespace temper::augment
