#include "temper/augment/pipeline/pipeline.h"

#include <fmt/format.h>

#include <utility>

#include "temper/core/error.h"

namespace temper::augment {

Pipeline::Pipeline(std::vector<Operation> operations, const Normalisation& normalisation,
                   Size input, const std::optional<Fit>& fit)
    : operations_(std::move(operations)), table_(normalisation), input_(input), fit_(fit) {
  check();
}

void Pipeline::check() const {
  if (input_.height < 1 || input_.width < 1)
    throw Error(Code::usage, fmt::format("the network's input is {} x {} pixels; expected at least "
                                         "one pixel (set data.size)",
                                         input_.height, input_.width));
  check_nesting(operations_, "operations");
  check_options(operations_);
}

void Pipeline::apply_all(const Address& address, Frame& frame, std::vector<Trace>* traces) const {
  frame.set_input(input_);
  if (fit_) augment::apply(*fit_, frame);
  const Applier apply(address, frame, traces);
  apply(operations_);
}

void Pipeline::operator()(io::Picture& picture, const Address& address, Frame& frame,
                          float* out) const {
  frame.begin(picture);
  apply_all(address, frame, nullptr);
  frame.render(table_, out);
}

void Pipeline::operator()(const io::Image& image, const Address& address, Frame& frame,
                          float* out) const {
  frame.begin(image);
  apply_all(address, frame, nullptr);
  frame.render(table_, out);
}

io::Image& Pipeline::pixels(io::Picture& picture, const Address& address, Frame& frame) const {
  frame.begin(picture);
  apply_all(address, frame, nullptr);
  return pixels(frame);
}

std::vector<Trace> Pipeline::trace(io::Picture& picture, const Address& address,
                                   Frame& frame) const {
  std::vector<Trace> traces;
  frame.begin(picture);
  apply_all(address, frame, &traces);
  return traces;
}

std::vector<Trace> Pipeline::trace(const io::Image& image, const Address& address,
                                   Frame& frame) const {
  std::vector<Trace> traces;
  frame.begin(image);
  apply_all(address, frame, &traces);
  return traces;
}

std::vector<Operation> evaluation_operations(bool same_size, Interpolation interpolation) {
  if (same_size) return {};
  return {Resize{.interpolation = interpolation}, CenterCrop{}};
}

}  // namespace temper::augment
