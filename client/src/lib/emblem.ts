// One bird, one paw, one fish: by the family of the animal in a made name.
import bird from "lucide:bird";
import bug from "lucide:bug";
import fish from "lucide:fish";
import paw from "lucide:paw-print";

const BIRDS =
	/^(airon|tord|guf|civett|upup|nibbi|falc|poian|aquil|cicogn|gru|rondin|picchi|martin|merl|pettiross|allod|cuculo|codiross|ballerin|gheppi|pernic|gallo|garzett|germano|fringuell|cardell|cinci|cign|gipet|scricciol|goldfinch|chaffinch|redstart|swan|lammergeier|ptarmigan|usignol|heron|owl|hoopoe|kite|falcon|buzzard|eagle|stork|crane|swallow|woodpecker|kingfisher|blackbird|robin|lark|cuckoo|kestrel|partridge|egret|finch|tit|nightingale|thrush|wren)/i;
const FISH = /^(trot|temol|tinc|carp|salmerin|lucci|persic|barb|alborell|trout|grayling|tench|char|pike|perch|barbel)/i;

const SMALL = /^(farfall|libellul|coccinell|lucciol|grill|cical|butterfl|dragonfl|ladybird|firefl|cricket|cicada)/i;

export const emblem = (nick: string): string =>
	BIRDS.test(nick) ? bird : FISH.test(nick) ? fish : SMALL.test(nick) ? bug : paw;
