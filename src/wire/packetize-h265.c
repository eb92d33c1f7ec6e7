/* H.265 into RTP (RFC 7798), without decoding order numbers: single NAL units, APs, FUs. */
#include "wire/h265.h"
#include "wire/nal-packing.h"

#define PAYLOAD_TYPE 96

static unsigned
layer_of (const uint8_t *nal)
{
  return (nal[0] & 1u) << 5 | nal[1] >> 3;
}

static void
write_header (uint8_t *out, unsigned type, unsigned layer, unsigned temporal_id)
{
  out[0] = (uint8_t) (type << 1 | layer >> 5);
  out[1] = (uint8_t) (layer << 3 | temporal_id);
}

static void
begin_aggregate (uint8_t *header, const uint8_t *nal)
{
  write_header (header, CAM_H265_AP, layer_of (nal), nal[1] & 7);
}

/* RFC 7798, 4.4.2: layer and temporal id are the lowest of all. */
static void
amend_aggregate (uint8_t *header, const uint8_t *nal)
{
  write_header (header, CAM_H265_AP, MIN (layer_of (header), layer_of (nal)), MIN (header[1] & 7, nal[1] & 7));
}

static void
write_fragment_header (uint8_t *out, const uint8_t *nal, bool is_first, bool is_last)
{
  write_header (out, CAM_H265_FU, layer_of (nal), nal[1] & 7);
  out[2] = (uint8_t) (cam_h265_type (nal) | (is_first ? CAM_NAL_FU_START : 0) | (is_last ? CAM_NAL_FU_END : 0));
}

static const CamNalPacking packing = {
    .header_bytes = CAM_H265_HEADER_BYTES,
    .fragment_header_bytes = 3,
    .n_set_kinds = CAM_H265_SET_KINDS,
    .inspect = cam_h265_inspect,
    .begin_aggregate = begin_aggregate,
    .amend_aggregate = amend_aggregate,
    .write_fragment_header = write_fragment_header,
};

static void
write_h265 (CamPacketizer *self, const uint8_t *unit, size_t size, bool is_key, CamRunWriter *writer)
{
  cam_nal_packing_write (&packing, self->track, unit, size, is_key, writer);
}

static char *
format_fmtp (const CamPacketizer *self)
{
  g_autofree char *vps = cam_nal_packing_format_sets (&packing, self->track, 0);
  g_autofree char *sps = cam_nal_packing_format_sets (&packing, self->track, 1);
  g_autofree char *pps = cam_nal_packing_format_sets (&packing, self->track, 2);
  if (vps == NULL || sps == NULL || pps == NULL)
    return NULL;
  return g_strdup_printf ("sprop-vps=%s;sprop-sps=%s;sprop-pps=%s", vps, sps, pps);
}

const CamPacketizerKind cam_packetize_h265 = {
    .encoding = "H265",
    .payload_type = PAYLOAD_TYPE,
    .bound = cam_nal_packing_bound,
    .write = write_h265,
    .format_fmtp = format_fmtp,
};
