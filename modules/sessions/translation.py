"""Sessions between OCPI 2.2 and 2.2.1: only 2.2.1 says whose the token is."""

from hub.wire.interface import Translation
from modules.translation import cdr_token_to_2_2, cdr_token_to_2_2_1

TRANSLATION = Translation(to_2_2=cdr_token_to_2_2, to_2_2_1=cdr_token_to_2_2_1)
