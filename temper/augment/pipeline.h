#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "temper/augment/frame.h"
#include "temper/augment/normalisation.h"
#include "temper/augment/operation.h"
#include "temper/core/draw.h"
#include "temper/io/image/image.h"
#include "temper/io/image/picture.h"

namespace temper::augment {

/// The address of an image's random draws: operation k of the list draws from Random(seed,
/// Purpose::augment, {epoch, sample, k}), with the repeat as a fourth coordinate if it is not 0,
/// and the view as a fifth. The draws of an operation don't depend on those of others.
struct Address {
  std::uint64_t seed = 0;
  std::uint64_t epoch = 0;
  std::uint64_t sample = 0;
  std::uint64_t repeat = 0;  ///< distinguishes several uses of an image in one epoch
  std::uint64_t view = 0;    ///< distinguishes several views in one use
};

/// Operations [begin, end) of a list.
struct OperationRange {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// What one operation did to one image.
struct Trace {
  std::string operation;    ///< its kind; for a custom operation its name
  std::vector<Draw> draws;  ///< in order
  Geometry after;           ///< the geometry after the operation
};

/// Transforms a decoded image into the network's input. May be used by several threads at once,
/// each with its own Frame, while it is not modified.
class Pipeline {
 public:
  /// Throws Error{Code::usage} for options that contradict each other.
  Pipeline(std::vector<Operation> operations, const Normalisation& normalisation, Size input);

  /// Numbers in them may be changed, as schedules do; see check().
  [[nodiscard]] std::span<Operation> operations() { return operations_; }
  [[nodiscard]] Size input() const { return input_; }
  /// The size must be at least 1 x 1 pixel.
  void set_input(Size input) { input_ = input; }
  /// Operations that are not applied to the first view.
  void set_skipped_in_first_view(OperationRange range) { skipped_in_first_view_ = range; }
  /// Checks changed options; throws as the constructor does.
  void check() const;

  [[nodiscard]] int channels() const { return table_.channels(); }
  /// Number of floats of one sample.
  [[nodiscard]] std::int64_t sample_size() const {
    return input_.height * input_.width * channels();
  }

  /// @param picture  only the part that is needed is decoded
  /// @param frame    reused memory; its contents are discarded
  /// @param out      sample_size() floats, HWC: an image of a channels-last batch
  void operator()(io::Picture& picture, const Address& address, Frame& frame, float* out) const;
  void operator()(const io::Image& image, const Address& address, Frame& frame, float* out) const;

  /// What each operation does to that image. The frame is left in the state before rendering.
  [[nodiscard]] std::vector<Trace> trace(io::Picture& picture, const Address& address,
                                         Frame& frame) const;
  [[nodiscard]] std::vector<Trace> trace(const io::Image& image, const Address& address,
                                         Frame& frame) const;

 private:
  /// Applies all operations to the image that the frame has begun.
  void apply_all(const Address& address, Frame& frame, std::vector<Trace>* traces) const;

  std::vector<Operation> operations_;
  NormalisationTable table_;
  Size input_;
  OperationRange skipped_in_first_view_;
};

/// The evaluation transform for images of any size: resize of the shorter side to input / 0.875,
/// then a center crop. Empty if all images already have the input size.
std::vector<Operation> evaluation_operations(bool same_size,
                                             Interpolation interpolation = Interpolation::bilinear);

}  // namespace temper::augment
