#pragma once
#include <filesystem>
#include <string>

/// The comparison of an exported model with other programs, which is done in Python: by
/// scripts/check_onnx.py, which is compiled in, with the Python that the environment's
/// TEMPER_ONNX_PYTHON names, otherwise python3.
namespace temper::deploy {

/// Throws Error{Code::usage} where there is no Python, or where it has not all of onnx,
/// onnxruntime, NumPy and Pillow; the message has the line that installs them.
void require_checker();

/// onnx.checker accepts the model, Pillow reads the pixels of the reference picture beside it that
/// temper reads, and onnxruntime computes temper's outputs from them within 1e-4 (of the largest
/// output, where that is above 1), alone and in a batch.
/// @return what was compared, in a line
/// Throws Error{Code::data} where something differs, with the largest difference, and as
/// require_checker() does.
std::string check_onnx(const std::filesystem::path& model);

}  // namespace temper::deploy
