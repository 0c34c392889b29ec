#pragma once
#include <cstdint>

/// The passes over activations of batch normalization, in vector instructions that are chosen at
/// run time. Activations are float or bfloat16 (as its bits), channels-last and dense: `channels`
/// numbers per pixel, one pixel after the other over the whole batch. Arithmetic is in float, sums
/// over many pixels are in double.
namespace temper::model::kernels {

using Bf16 = std::uint16_t;

/// Pixels [begin, end) of a tensor.
struct Part {
  std::int64_t begin;
  std::int64_t end;
  std::int64_t channels;
};

/// Adds to each channel's sums of (x - shift) and of its square. A shift near the mean keeps the
/// variance accurate if it is small compared to the mean.
void add_moments(const Part& part, const float* x, const float* shift, double* sum,
                 double* squares);
void add_moments(const Part& part, const Bf16* x, const float* shift, double* sum, double* squares);

/// The normalization of each channel as scale and offset.
struct Affine {
  const float* scale;
  const float* offset;
};

/// out = x * scale + offset [+ added], then ReLU if `relu`.
/// @param added  null: none
template <class T>
struct Transform {
  const T* x;
  const T* added;
  Affine affine;
  bool relu;
  T* out;
};
void transform(const Part& part, const Transform<float>& what);
void transform(const Part& part, const Transform<Bf16>& what);

/// How to tell where ReLU passed its input on.
enum class Mask : std::uint8_t {
  none,    ///< there was no ReLU
  input,   ///< where the normalized input, recomputed, is positive
  output,  ///< where the output is positive
};

/// The gradient of a transformation's output: the sum of one or two tensors.
template <class T>
struct Gradient {
  const T* first;
  const T* second;  ///< null: none
  Mask mask;
  Affine affine;    ///< of the forward pass; for Mask::input
  const T* output;  ///< of the forward pass; for Mask::output
};

/// With g the gradient at ReLU's input, adds to each channel's sums of g and of g * (x - mean).
/// @param kept  g is written here; null: it is not
template <class T>
struct GradientSums {
  Gradient<T> gradient;
  const T* x;
  const float* mean;
  T* kept;
};
void add_gradient_sums(const Part& part, const GradientSums<float>& what, double* sum,
                       double* products);
void add_gradient_sums(const Part& part, const GradientSums<Bf16>& what, double* sum,
                       double* products);

/// out = a * g + b * x + c, a, b and c per channel: the gradient of x.
/// @param out  may be x
template <class T>
struct InputGradient {
  Gradient<T> gradient;
  const T* x;
  const float* a;
  const float* b;
  const float* c;
  T* out;
};
void input_gradient(const Part& part, const InputGradient<float>& what);
void input_gradient(const Part& part, const InputGradient<Bf16>& what);

}  // namespace temper::model::kernels
