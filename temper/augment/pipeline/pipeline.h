#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "temper/augment/pipeline/applier.h"
#include "temper/augment/pipeline/fit.h"
#include "temper/augment/pipeline/operation.h"
#include "temper/augment/pixels/frame.h"
#include "temper/augment/pixels/normalisation.h"
#include "temper/io/image/image.h"
#include "temper/io/image/picture.h"

namespace temper::augment {

/// Transforms a decoded image into the network's input. May be used by several threads at once,
/// each with its own Frame, while it is not modified.
class Pipeline {
 public:
  /// Throws Error{Code::usage} for options that contradict each other.
  /// @param fit  brings images to the input before the operations, as in evaluation; empty: the
  ///             operations do
  Pipeline(std::vector<Operation> operations, const Normalisation& normalisation, Size input,
           const std::optional<Fit>& fit = {});

  /// Numbers in them may be changed, as schedules do; see check().
  [[nodiscard]] std::span<Operation> operations() { return operations_; }
  [[nodiscard]] Size input() const { return input_; }
  /// The size must be at least 1 x 1 pixel.
  void set_input(Size input) { input_ = input; }
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

  /// The image before normalization, with what operations erased in the normalized one, to be
  /// looked at; owned by the frame and valid until it is used again.
  [[nodiscard]] io::Image& pixels(io::Picture& picture, const Address& address, Frame& frame) const;
  /// The same of what the frame contains before rendering.
  [[nodiscard]] io::Image& pixels(Frame& frame) const { return frame.pixels(table_); }

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
  std::optional<Fit> fit_;
};

/// Brings images of any size to the input's: resize of the shorter side to input / 0.875, then a
/// center crop. Empty if all images already have the input size.
std::vector<Operation> evaluation_operations(bool same_size,
                                             Interpolation interpolation = Interpolation::bilinear);

}  // namespace temper::augment
