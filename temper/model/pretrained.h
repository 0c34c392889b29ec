#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "temper/core/fields.h"

namespace temper::model {

/// What the last layer starts from: the weights of the earlier training, or zero where its classes
/// differ; or a linear probe, fitted before the first step on the features of the training images.
enum class InitialHead : std::uint8_t { automatic, probe };

/// Weights of an earlier training, from which a run starts in place of random ones.
struct Pretrained {
  std::string from;
  std::string weights;
  InitialHead head = InitialHead::automatic;
  double probe_c = 1;
  bool norm_eval = false;

  static constexpr About about = {
      .summary =
          "Initial weights from an earlier training: a folder as timm and Hugging Face write them "
          "(config.json and model.safetensors), a run directory, or a file of tensors "
          "(.safetensors, .pth). Options that the recipe does not set are those that the weights "
          "were trained with: the network, data.size, data.mean, data.std, "
          "evaluation.crop_ratio, evaluation.interpolation. The last layer starts from zero "
          "where the classes differ, or from a linear probe: linear probing, then fine-tuning "
          "(LP-FT).",
      .formula =
          "weights for color images, gray images: the first convolution's filters are summed over "
          "their channels\n"
          "head = \"probe\": W, b minimize probe_c sum_i -log softmax(W x_i + b)[y_i] + |W|^2 / 2 "
          "over the features x_i of the training images, read as in evaluation, in evaluation mode",
      .paper =
          "as in Kornblith et al. 2019, Do better ImageNet models transfer better?, "
          "arXiv:1805.08974; LP-FT: Kumar et al. 2022, Fine-tuning can distort pretrained features "
          "and underperform out-of-distribution, arXiv:2202.10054"};
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
                          "refused"}),
        field(
            &Pretrained::head,
            {.name = "head",
             .meaning = "initial last layer; auto: that of the weights, or zero where the classes "
                        "differ; probe: a linear probe (logistic regression) fitted on the "
                        "features of the training images before the first step"}),
        field(&Pretrained::probe_c,
              {.name = "probe_c",
               .meaning = "inverse strength of the L2 penalty of the linear probe, C of "
                          "scikit-learn's LogisticRegression; smaller values give a less confident "
                          "last layer, whose first gradients are smaller",
               .bounds = {.low = 0, .open_low = true}}),
        field(&Pretrained::norm_eval,
              {.name = "norm_eval",
               .meaning = "whether BatchNorm layers stay in evaluation mode in training, too: they "
                          "normalize with the running statistics of the weights, which never "
                          "change, while their scale and shift are trained"})};
  }
};

/// Whether the last layer of a run starts from a linear probe.
inline bool probes_head(const std::optional<Pretrained>& pretrained) {
  return pretrained && pretrained->head == InitialHead::probe;
}

}  // namespace temper::model

template <>
struct temper::EnumNames<temper::model::InitialHead> {
  static constexpr std::array<std::string_view, 2> value{"auto", "probe"};
  static constexpr std::string_view for_classes = "probe";
};
