#pragma once
#include <string>
#include <string_view>
#include <tuple>

#include "temper/core/fields.h"

namespace temper::model {

/// Weights of an earlier training, from which a run starts in place of random ones.
struct Pretrained {
  std::string from;
  std::string weights;

  static constexpr About about = {
      .summary =
          "Initial weights from an earlier training: a folder as timm and Hugging Face write them "
          "(config.json and model.safetensors), a run directory, or a file of tensors "
          "(.safetensors, .pth). Options that the recipe does not set are those that the weights "
          "were trained with: the network, data.size, data.mean, data.std, "
          "evaluation.crop_ratio, evaluation.interpolation. The last layer starts from zero "
          "where the classes differ.",
      .formula =
          "weights for color images, gray images: the first convolution's filters are summed over "
          "their channels",
      .paper =
          "as in Kornblith et al. 2019, Do better ImageNet models transfer better?, "
          "arXiv:1805.08974"};
  static constexpr auto fields() {
    return std::tuple{
        // The fingerprint has the hash of the weights instead of their place.
        field(&Pretrained::from,
              {.name = "from",
               .meaning = "folder with config.json, run directory, or file of tensors",
               .changes_results = false}),
        field(&Pretrained::weights,
              {.name = "weights",
               .meaning = "hash of the tensors, filled in by a run; if given, other weights are "
                          "refused"})};
  }
};

}  // namespace temper::model
